"""The steps of conforming a batch of delivered records; `foundation.conform` is what the rest of the program calls."""
