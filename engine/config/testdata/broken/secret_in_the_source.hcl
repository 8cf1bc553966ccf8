pipeline "p" {}

variable "token" {
  sensitive = true
  type      = number
  default   = "canary-1"
}

step "smtp" "mail" {
  to       = "a@example.org"
  password = "canary-2${var.nothing}"
  pasword  = "canary-3"
}
