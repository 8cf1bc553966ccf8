pipeline "p" {}

step "smtp" "mail" {
  to = "a@example.org"
  retry {
    strategy = "expotential"
  }
}
