"""What right means: one module a lecture, each declaring its exercises. Ships to students."""
