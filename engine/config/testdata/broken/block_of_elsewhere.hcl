pipeline "p" {}

resource "file" "f" {}
