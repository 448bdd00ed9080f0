"""The reads: one file per noun, the workspace first."""
