"""Grading a class: reading, executing, judging and keeping what learners handed in."""
