"""Where the bytes come from: one module per way to fetch a file from Telegram."""
