"""One file per channel: how a rendered message becomes what its provider takes."""
