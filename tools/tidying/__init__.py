"""The rules of tools/tidy, one file a topic."""
