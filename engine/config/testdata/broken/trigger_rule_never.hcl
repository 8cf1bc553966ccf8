pipeline "p" {}

step "smtp" "mail" {
  to           = "a@example.org"
  trigger_rule = "one_failed"
}
