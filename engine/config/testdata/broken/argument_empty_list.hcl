pipeline "p" {}

step "smtp" "mail" {
  to = []
}
