"""Speech engines behind one port: one module per vendor."""
