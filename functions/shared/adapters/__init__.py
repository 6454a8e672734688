"""The shared code that touches a database or a network: one module per technology."""
