"""Runs at deployment alone: makes the webhook secret, registers and removes the webhook."""
