"""The front door: authenticate an update, understand it, limit it, queue it."""
