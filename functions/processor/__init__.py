"""The engine room: take a job from the queue and answer it."""
