import Glibc
import JSON
import ProgramOptions
import Trust

/// Two files beside each other: `NAME.key` for the owner alone, `NAME.pub` for everyone.
struct KeyPairFiles {
    let privatePath: String
    let publicPath: String

    /// - Parameter path: with or without `.key`.
    init(_ path: String) {
        let stem = path.hasSuffix(".key") ? String(path.dropLast(4)) : path
        (privatePath, publicPath) = (stem + ".key", stem + ".pub")
    }

    /// Looked at before a key is made, so that the usual mistake leaves nothing behind.
    func requireAbsence() throws {
        for path in [privatePath, publicPath] where LocalFile(path).exists { throw NewFile.exists(path) }
    }

    /// Both or none.
    func write(_ pem: String, _ publicKey: PublicKey) throws {
        try NewFile(path: privatePath).write(pem, mode: 0o600)
        do { try NewFile(path: publicPath).write(publicKey.pem, mode: 0o644) } catch {
            unlink(privatePath)
            throw error
        }
    }

    func json(of key: PublicKey, isEncrypted: Bool) -> JSON {
        [
            "private": .string(privatePath), "public": .string(publicPath), "fingerprint": .string(key.fingerprint),
            "encrypted": .bool(isEncrypted),
        ]
    }
}
