pipeline "p" {}

step "smtp" "mail" {
  for_each = toset([1, 2])
  to       = "a@example.org"
}
