pipeline "p" {}

step "smtp" {
  to = "a@example.org"
}
