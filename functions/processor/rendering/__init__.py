"""What a transcript looks like: messages, TXT, SRT."""
