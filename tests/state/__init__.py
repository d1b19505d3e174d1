"""State as earlier versions wrote it: a folder a version, and the test that no version since shows a change on it."""
