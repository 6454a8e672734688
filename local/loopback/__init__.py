"""A stand-in for Telegram on this machine: a Bot API server with simulated users."""
