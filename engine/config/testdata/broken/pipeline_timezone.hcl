pipeline "p" {
  timezone = "Europe/Berlim"
}
