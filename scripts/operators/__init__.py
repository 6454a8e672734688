"""What the operators' commands have in common: their options, AWS, the stack, Telegram."""
