import Glibc

/// A socket that takes connections; closed with its owner.
struct ListeningSocket: ~Copyable, Sendable {
    let descriptor: Int32
    /// The one it was given, where any would do.
    let port: Int

    /// Connections that may wait to be accepted.
    private static let backlog: Int32 = 64

    init(_ address: ListeningAddress) throws(ListeningFailure) {
        var hints = addrinfo()
        hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(address.host.isEmpty ? nil : address.host, String(address.port), &hints, &found)
        guard code == 0 else {
            throw ListeningFailure(
                "\(address): \(String(cString: gai_strerror(code))); name an address of this machine, as in 127.0.0.1:8080")
        }
        defer { freeaddrinfo(found) }
        // IPv6 first where every address is meant: its socket takes both.
        let places = sequence(first: found) { $0?.pointee.ai_next }.prefix { $0 != nil }.compactMap(\.self)
        var failure: Int32 = EADDRNOTAVAIL
        for place in places.filter({ $0.pointee.ai_family == AF_INET6 }) + places.filter({ $0.pointee.ai_family != AF_INET6 }) {
            let descriptor = Self.open(place.pointee)
            if descriptor >= 0 {
                self.descriptor = descriptor
                port = Self.port(of: descriptor) ?? Int(address.port)
                return
            }
            failure = errno
            // Another family's socket on a port that is taken in this one would be half of what was asked for.
            if failure == EADDRINUSE || failure == EACCES { break }
        }
        throw Self.failure(address, failure)
    }

    deinit { close(descriptor) }

    private static func failure(_ address: ListeningAddress, _ code: Int32) -> ListeningFailure {
        switch code {
        case EADDRINUSE: ListeningFailure("\(address) is taken by another program; choose another port, or 0 for any")
        case EACCES: ListeningFailure("\(address): ports below 1024 are not for every user; choose another")
        case EADDRNOTAVAIL: ListeningFailure("\(address) is no address of this machine; name one that is, as in 127.0.0.1:8080")
        default: ListeningFailure("\(address): \(String(cString: strerror(code)))")
        }
    }

    /// Negative when it can't be had, with the reason in `errno`.
    private static func open(_ place: addrinfo) -> Int32 {
        let descriptor = socket(
            place.ai_family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
        guard descriptor >= 0 else { return -1 }
        // Connections that are just ending do not hold a port.
        set(descriptor, SOL_SOCKET, SO_REUSEADDR, 1)
        if place.ai_family == AF_INET6 { set(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, 0) }
        guard bind(descriptor, place.ai_addr, place.ai_addrlen) == 0, listen(descriptor, backlog) == 0 else {
            let code = errno
            close(descriptor)
            errno = code
            return -1
        }
        return descriptor
    }

    private static func set(_ descriptor: Int32, _ level: Int32, _ name: Int32, _ value: Int32) {
        var value = value
        setsockopt(descriptor, level, name, &value, socklen_t(MemoryLayout<Int32>.size))
    }

    private static func port(of descriptor: Int32) -> Int? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let isKnown = withUnsafeMutableBytes(of: &storage) { bytes in
            getsockname(descriptor, bytes.assumingMemoryBound(to: sockaddr.self).baseAddress, &length) == 0
        }
        // The port stands at the same place in addresses of both families (RFC 3493, section 3.4).
        return isKnown ? withUnsafeBytes(of: &storage) { Int($0[2]) << 8 | Int($0[3]) } : nil
    }
}
