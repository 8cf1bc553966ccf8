package moxserver_test

import (
	"fmt"
	"testing"

	"dagrun/engine/enginetest/moxserver"
)

// Mails arrive soon, however many there are, and whether or not the machine has
// a name server that answers: Inbox waits a minute at most.
func TestManyMailsArriveWithoutAskingForNames(t *testing.T) {
	server := moxserver.Start(t)
	const mails = 60
	for i := range mails {
		to := moxserver.Recipient(uint32(i))
		if err := submit(t, server, moxserver.Password, to, fmt.Sprintf("From: <mox@localhost>\r\nTo: <%s>\r\nSubject: %d\r\n\r\nbody\r\n", to, i)); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(server.Inbox(t, mails)); n != mails {
		t.Errorf("got %d mails, want %d", n, mails)
	}
}
