// SPDX-License-Identifier: GPL-2.0

// A host of its own with gVisor's netstack for its TCP, on a tap device that is
// there already:
//
//	peer DEVICE IPV4 IPV6
//
// The prefixes are /24 and /64. It does what its input tells it, a line each, and
// answers each with a line; the verbs stand in ends.py.
package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"time"

	"gvisor.dev/gvisor/pkg/log"
	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/adapters/gonet"
	"gvisor.dev/gvisor/pkg/tcpip/link/fdbased"
	"gvisor.dev/gvisor/pkg/tcpip/link/tun"
	"gvisor.dev/gvisor/pkg/tcpip/network/arp"
	"gvisor.dev/gvisor/pkg/tcpip/network/ipv4"
	"gvisor.dev/gvisor/pkg/tcpip/network/ipv6"
	"gvisor.dev/gvisor/pkg/tcpip/stack"
	"gvisor.dev/gvisor/pkg/tcpip/transport/tcp"
	"gvisor.dev/gvisor/pkg/waiter"
)

const (
	nic   = 1
	mtu   = 1500
	ether = "\x02\x00\x00\x00\x00\x0d"
	piece = 16384
)

// host is the stack, a listener, and one connection
type host struct {
	stack    *stack.Stack
	listener tcpip.Endpoint
	pending  *waiter.Queue
	endpoint tcpip.Endpoint
	stream   *gonet.TCPConn
}

func die(what string, why interface{}) {
	fmt.Fprintf(os.Stderr, "%s: %v\n", what, why)
	os.Exit(1)
}

func (h *host) address(text string, prefix4, prefix6 int) tcpip.ProtocolAddress {
	ip := net.ParseIP(text)
	if ip == nil {
		die(text, "no address")
	}
	if v4 := ip.To4(); v4 != nil {
		return tcpip.ProtocolAddress{
			Protocol: ipv4.ProtocolNumber,
			AddressWithPrefix: tcpip.AddressWithPrefix{
				Address: tcpip.Address(v4), PrefixLen: prefix4},
		}
	}
	return tcpip.ProtocolAddress{
		Protocol: ipv6.ProtocolNumber,
		AddressWithPrefix: tcpip.AddressWithPrefix{
			Address: tcpip.Address(ip), PrefixLen: prefix6},
	}
}

func begin(device string, addresses ...string) *host {
	h := &host{stack: stack.New(stack.Options{
		NetworkProtocols: []stack.NetworkProtocolFactory{
			arp.NewProtocol, ipv4.NewProtocol, ipv6.NewProtocol},
		TransportProtocols: []stack.TransportProtocolFactory{tcp.NewProtocol},
	})}
	fd, err := tun.OpenTAP(device)
	if err != nil {
		die(device, err)
	}
	link, err := fdbased.New(&fdbased.Options{
		FDs: []int{fd}, MTU: mtu, EthernetHeader: true,
		Address: tcpip.LinkAddress(ether)})
	if err != nil {
		die(device, err)
	}
	if err := h.stack.CreateNIC(nic, link); err != nil {
		die(device, err)
	}
	sack := tcpip.TCPSACKEnabled(true)
	h.stack.SetTransportProtocolOption(tcp.ProtocolNumber, &sack)
	// as Linux begins: its own first size would take all that we send
	room := tcpip.TCPReceiveBufferSizeRangeOption{Min: 4096, Default: 131072, Max: 4 << 20}
	h.stack.SetTransportProtocolOption(tcp.ProtocolNumber, &room)
	routes := []tcpip.Route{}
	for _, text := range addresses {
		a := h.address(text, 24, 64)
		if err := h.stack.AddProtocolAddress(nic, a, stack.AddressProperties{}); err != nil {
			die(text, err)
		}
		routes = append(routes, tcpip.Route{
			Destination: a.AddressWithPrefix.Subnet(), NIC: nic})
	}
	h.stack.SetRouteTable(routes)
	return h
}

// say answers: errors have the names that libc gives theirs
func say(err tcpip.Error) string {
	switch err.(type) {
	case nil:
		return "ok"
	case *tcpip.ErrConnectionRefused:
		return "error ECONNREFUSED"
	case *tcpip.ErrConnectionReset, *tcpip.ErrConnectionAborted:
		return "error ECONNRESET"
	case *tcpip.ErrHostUnreachable:
		return "error EHOSTUNREACH"
	}
	return "error " + strings.ReplaceAll(err.String(), " ", "-")
}

func (h *host) close() {
	if h.stream != nil {
		h.stream.Close()
	}
	h.stream = nil
}

func (h *host) deaf() {
	if h.listener != nil {
		h.listener.Close()
	}
	h.listener = nil
}

func isInUse(err tcpip.Error) bool {
	_, inUse := err.(*tcpip.ErrPortInUse)
	return inUse
}

func (h *host) listen(at tcpip.ProtocolAddress, port uint16) tcpip.Error {
	h.deaf()
	h.pending = &waiter.Queue{}
	listener, err := h.stack.NewEndpoint(tcp.ProtocolNumber, at.Protocol, h.pending)
	if err != nil {
		return err
	}
	h.listener = listener
	listener.SocketOptions().SetReuseAddress(true)
	here := tcpip.FullAddress{Addr: at.AddressWithPrefix.Address, Port: port}
	err = listener.Bind(here)
	// what had the port before ends in a goroutine, and tells nobody when
	for tries := 0; isInUse(err) && tries < 1000; tries++ {
		time.Sleep(10 * time.Millisecond)
		err = listener.Bind(here)
	}
	if err != nil {
		return err
	}
	return listener.Listen(5)
}

func (h *host) accept() tcpip.Error {
	h.close()
	entry, ready := waiter.NewChannelEntry(waiter.ReadableEvents)
	h.pending.EventRegister(&entry)
	defer h.pending.EventUnregister(&entry)
	for {
		endpoint, queue, err := h.listener.Accept(nil)
		if _, wait := err.(*tcpip.ErrWouldBlock); wait {
			<-ready
			continue
		}
		if err == nil {
			h.endpoint, h.stream = endpoint, gonet.NewTCPConn(queue, endpoint)
		}
		return err
	}
}

func (h *host) connect(to tcpip.ProtocolAddress, port uint16) tcpip.Error {
	h.close()
	queue := &waiter.Queue{}
	endpoint, err := h.stack.NewEndpoint(tcp.ProtocolNumber, to.Protocol, queue)
	if err != nil {
		return err
	}
	entry, ready := waiter.NewChannelEntry(waiter.WritableEvents)
	queue.EventRegister(&entry)
	defer queue.EventUnregister(&entry)
	err = endpoint.Connect(tcpip.FullAddress{
		NIC: nic, Addr: to.AddressWithPrefix.Address, Port: port})
	if _, begun := err.(*tcpip.ErrConnectStarted); begun {
		<-ready
		err = endpoint.LastError()
	}
	if err != nil {
		endpoint.Close()
		return err
	}
	h.endpoint, h.stream = endpoint, gonet.NewTCPConn(queue, endpoint)
	return nil
}

// abort ends it with a RST
func (h *host) abort() {
	h.endpoint.SocketOptions().SetLinger(tcpip.LingerOption{Enabled: true})
	h.close()
}

func send(to io.Writer, path string, done chan<- error) {
	from, err := os.Open(path)
	if err == nil {
		_, err = io.CopyBuffer(to, from, make([]byte, piece))
		from.Close()
	}
	done <- err
}

func receive(from io.Reader, path string, wanted int64) (int64, error) {
	to, err := os.Create(path)
	if err != nil {
		return 0, err
	}
	defer to.Close()
	if wanted == 0 {
		return io.Copy(to, from)
	}
	return io.CopyN(to, from, wanted)
}

// exchange sends all of one file and receives into another, both at once
func (h *host) exchange(in, out string, wanted int64) string {
	var received int64
	var err error
	done := make(chan error, 1)
	if in == "-" {
		done <- nil
	} else {
		go send(h.stream, in, done)
	}
	if out != "-" {
		received, err = receive(h.stream, out, wanted)
		if err == io.EOF {
			err = nil
		}
	}
	if sent := <-done; err == nil {
		err = sent
	}
	if err == nil {
		return fmt.Sprintf("ok %d", received)
	}
	if last := h.endpoint.LastError(); last != nil {
		return say(last)
	}
	if strings.Contains(err.Error(), "reset") {
		return "error ECONNRESET"
	}
	return "error " + strings.ReplaceAll(err.Error(), " ", "-")
}

func (h *host) obey(words []string) string {
	number := func(at int) int64 {
		n, _ := strconv.ParseInt(words[at], 10, 64)
		return n
	}
	switch words[0] {
	case "listen":
		return say(h.listen(h.address(words[1], 32, 128), uint16(number(2))))
	case "accept":
		return say(h.accept())
	case "connect":
		return say(h.connect(h.address(words[1], 32, 128), uint16(number(2))))
	case "exchange":
		return h.exchange(words[1], words[2], number(3))
	case "finish":
		return say(h.endpoint.Shutdown(tcpip.ShutdownWrite))
	case "close":
		h.close()
	case "deaf":
		h.deaf()
	case "abort":
		h.abort()
	default:
		return "error verb"
	}
	return "ok"
}

func main() {
	if len(os.Args) != 4 {
		os.Exit(2)
	}
	// that a peer has reset a connection is no news here
	log.SetTarget(log.GoogleEmitter{Writer: &log.Writer{Next: io.Discard}})
	h := begin(os.Args[1], os.Args[2], os.Args[3])
	fmt.Println("ok")
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		if words := strings.Fields(lines.Text()); len(words) > 0 {
			fmt.Println(h.obey(words))
		}
	}
}
