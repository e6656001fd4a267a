"""The lab: trains, exports and measures easel-mini, and writes reference vectors for the core."""
