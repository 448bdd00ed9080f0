"""The demonstration portfolio: a BPO with six client companies, made up but true to life.

Everything is drawn from a fixed seed and the day it is made, so that it is the same every time but
for the date. What campaigns said in the past was decided by the real engine, day by day.
"""
