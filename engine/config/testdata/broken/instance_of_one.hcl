pipeline "p" {}

step "smtp" "one" { to = "a@example.org" }

step "smtp" "two" {
  to   = "b@example.org"
  text = step.smtp.one["a"].message_id
}
