"""What authors and instructors use: building notebooks and keys, reading the bank, auditing the checks."""
