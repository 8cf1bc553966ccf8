package s3put_test

import (
	"testing"

	"dagrun/steps/s3put"
)

func TestSecretThatBeginsWithAnotherIsHiddenWhole(t *testing.T) {
	if got := s3put.Hidden("the token s3cret-and-more is wrong", "s3cret", "", "s3cret-and-more"); got != "the token (sensitive) is wrong" {
		t.Errorf("got %q", got)
	}
}
