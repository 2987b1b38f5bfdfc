"""Fuzzing: what a modem may say, said in every order, at every moment, cut and damaged."""
