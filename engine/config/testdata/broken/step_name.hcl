pipeline "p" {}

step "smtp" "1st mail" {
  to = "a@example.org"
}
