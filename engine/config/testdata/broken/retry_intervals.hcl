pipeline "p" {
  retry {
    max_attempts = 3
    min_interval = "1m"
    max_interval = "10s"
  }
}
