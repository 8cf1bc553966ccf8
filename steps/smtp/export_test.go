package smtp

import "net"

// Patience is what a silent server is given.
const Patience = patience

// Patient is conn as a session uses it.
func Patient(conn net.Conn) net.Conn { return &patientConn{Conn: conn, patience: patience} }
