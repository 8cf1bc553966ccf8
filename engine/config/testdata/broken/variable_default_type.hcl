pipeline "p" {}

variable "limit" {
  type    = number
  default = "warm"
}
