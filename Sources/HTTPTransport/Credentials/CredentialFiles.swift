internal import CLibCurl
internal import Glibc
internal import HTTPCore

extension HTTPClient {
    /// Files that hold what a client trusts and shows, PEM, read again when they change. A nil path leaves that part to the configuration.
    ///
    /// They are looked at before a request, at most once per `interval`. When a file is missing, half written or holds no certificate at
    /// that moment, what was read before stays in force.
    public struct CredentialFiles: Sendable, Hashable {
        /// Certificates of the authorities to trust.
        public var trustedAuthorities: String?
        /// What to show a server that asks for a certificate.
        public var certificate: String?
        /// The key of that certificate.
        public var privateKey: String?
        /// Between one look at the files and the next, at least.
        public var interval: Duration

        /// Made of its members.
        public init(
            trustedAuthorities: String? = nil, certificate: String? = nil, privateKey: String? = nil, interval: Duration = .seconds(10)
        ) {
            self.trustedAuthorities = trustedAuthorities
            self.certificate = certificate
            self.privateKey = privateKey
            self.interval = interval
        }
    }
}

extension HTTPClient.CredentialFiles {
    /// What tells that a file was replaced or written to.
    struct Stamp: Equatable {
        let device, inode, size, seconds, nanoseconds: Int
    }

    private var paths: [String] { [trustedAuthorities, certificate, privateKey].compactMap { $0 } }

    /// Nil when one is missing.
    func stamps() -> [Stamp]? {
        var stamps: [Stamp] = []
        for path in paths {
            var status = stat()
            guard stat(path, &status) == 0 else { return nil }
            stamps.append(
                Stamp(
                    device: Int(bitPattern: UInt(status.st_dev)), inode: Int(bitPattern: UInt(status.st_ino)), size: Int(status.st_size),
                    seconds: status.st_mtim.tv_sec, nanoseconds: status.st_mtim.tv_nsec))
        }
        return stamps
    }

    /// Reads all of them, and puts them in the place of what the configuration gives.
    /// - Throws: `TransportError.tls` that names the file and what is wrong with it.
    func read(over given: HTTPClient.Credentials) throws -> HTTPClient.Credentials {
        var credentials = given
        if let path = trustedAuthorities { credentials.trustedAuthorities = try Self.certificates(path) }
        switch (certificate, privateKey) {
        case (nil, nil): break
        case (let certificate?, let key?):
            credentials.clientCertificate = HTTPClient.ClientCertificate(
                certificate: try Self.certificates(certificate), privateKey: try Self.bytes(key))
        case (let certificate?, nil):
            throw TransportError(.tls, "the client certificate \(certificate) is given without the file of its key; name both")
        case (nil, let key?): throw TransportError(.tls, "the client key \(key) is given without the file of its certificate; name both")
        }
        return credentials
    }

    private static func certificates(_ path: String) throws -> [UInt8] {
        let bytes = try bytes(path)
        guard !PeerCertificate.list(in: bytes, atMost: 1).isEmpty else {
            throw TransportError(.tls, "\(path): found no certificate that can be read, wanted PEM")
        }
        return bytes
    }

    private static func bytes(_ path: String) throws -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw TransportError(.tls, "\(path) can't be opened: \(String(cString: strerror(errno)))") }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        while bytes.count <= 4 << 20 {
            let part = [UInt8](unsafeUninitializedCapacity: 64 << 10) { buffer, count in
                count = max(0, Glibc.read(descriptor, buffer.baseAddress, buffer.count))
            }
            if part.isEmpty { return bytes }
            bytes += part
        }
        throw TransportError(.tls, "\(path) is longer than 4 MiB; wanted PEM certificates or a key")
    }
}
