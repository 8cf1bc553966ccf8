pipeline "p" {}

variable "probe" {
  default = "a"
}

variable "probe" {
  default = "b"
}
