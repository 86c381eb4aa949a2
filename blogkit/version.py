"""The version of the engine; CHANGELOG.md says what is new in it."""

VERSION = "0.1.0"
