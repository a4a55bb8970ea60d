import NIOSSL
import ProgramOptions
import Synchronization

/// The certificate that a server shows and its key, from two files that are renewed in place: each is replaced, or a link above both is, as Kubernetes does with a
/// mounted Secret.
///
/// What is in force stays so until a certificate and its own key can be read: while one is replaced and the other is not yet, and when what was written is
/// nonsense. Connections that stand go on with what they began with.
final class ServingCertificate: Sendable {
    /// What a look at the files came to.
    enum Look: Hashable {
        case same
        /// It is shown from now on.
        case renewed
        /// Told once, until something else is found.
        case unusable(String)
    }

    private struct State {
        var files: [[UInt8]] = []
        var context: NIOSSLContext?
        var complaint: String?
    }

    private let certificate: LocalFile
    private let key: LocalFile
    private let state = Mutex(State())

    /// - Parameters:
    ///   - certificate: PEM; the leaf first.
    ///   - key: PEM.
    init(certificate: LocalFile, key: LocalFile) {
        self.certificate = certificate
        self.key = key
    }

    /// What new connections are served with; nil before there was a certificate.
    var context: NIOSSLContext? { state.withLock { $0.context } }

    /// Reads the files.
    func look() -> Look {
        let found: (files: [[UInt8]], context: NIOSSLContext)
        do {
            let files = [try certificate.bytes(), try key.bytes()]
            if state.withLock({ $0.files == files }) { return .same }
            found = (files, try Self.context(files[0], files[1]))
        } catch {
            let complaint = "\(certificate.path), \(key.path): wanted a certificate and its key as PEM, found: \(error)"
            return state.withLock { state in
                defer { state.complaint = complaint }
                return state.complaint == complaint ? .same : .unusable(complaint)
            }
        }
        state.withLock { $0 = State(files: found.files, context: found.context) }
        return .renewed
    }

    /// - Throws: `NIOSSLError`, also when the key is another certificate's.
    private static func context(_ certificate: [UInt8], _ key: [UInt8]) throws -> NIOSSLContext {
        var tls = TLSConfiguration.makeServerConfiguration(
            certificateChain: try NIOSSLCertificate.fromPEMBytes(certificate).map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(bytes: key, format: .pem)))
        tls.minimumTLSVersion = .tlsv12
        return try NIOSSLContext(configuration: tls)
    }
}
