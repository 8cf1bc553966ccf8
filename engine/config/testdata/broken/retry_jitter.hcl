pipeline "p" {
  retry {
    max_attempts = 3
    jitter       = 20
  }
}
