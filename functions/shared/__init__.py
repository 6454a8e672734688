"""The words every part of the system uses: jobs, transcripts, errors, ports, settings, texts."""
