"""Column presets, one TOML file per system."""
