pipeline "p" {}

variable "probe" {
  default = "probe1"
}

step "smtp" "mail" {
  to   = "a@example.org"
  text = var.prob
}
