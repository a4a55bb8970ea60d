import JSON

/// An entry of a transparency log as a bundle carries it (TransparencyLogEntry of sigstore_rekor.proto). Nothing of it is verified.
package struct LogEntry: Sendable, Hashable {
    /// The index over all shards of a log of the first generation, and over the tree of one of the second.
    package var index: Int64
    package var logID: [UInt8]
    package var kind: String
    package var version: String
    /// Seconds since 1970. Counts only under a signed entry timestamp that verifies.
    package var integratedTime: Int64?
    /// The signed entry timestamp.
    package var promise: [UInt8]?
    package var proof: InclusionProof?
    /// What the leaf's hash is made of. Nil where the whole of it follows from the bundle.
    package var body: [UInt8]?

    /// Whether it is of a kind and version that can be tied to a signature. `dsse` 0.0.2 is none: the second generation logs envelopes as
    /// `hashedrekord` over what the signature covers.
    var isKnown: Bool {
        ["hashedrekord 0.0.1", "hashedrekord 0.0.2", "dsse 0.0.1", "intoto 0.0.1", "intoto 0.0.2"].contains {
            $0.isIdentical(to: "\(kind) \(version)")
        }
    }

    package var isSecondGeneration: Bool {
        kind.isIdentical(to: "hashedrekord") && version.isIdentical(to: "0.0.2")
    }
}

/// A proof that a leaf stands in a tree, with the log's signature over that tree. Nothing of it is verified.
package struct InclusionProof: Sendable, Hashable {
    /// Of the leaf within its tree: one shard's for a log of the first generation.
    package var index: Int64
    package var treeSize: Int64
    /// Empty when the bundle leaves it to the checkpoint.
    package var rootHash: [UInt8]
    package var hashes: [[UInt8]]
    /// A signed note.
    package var checkpoint: String?
}

extension LogEntry {
    static let members = [
        "logIndex", "logId", "kindVersion", "integratedTime", "inclusionPromise", "inclusionProof", "canonicalizedBody",
    ]

    init(_ message: ProtoMessage) throws {
        index = try message.count("logIndex") ?? 0
        logID = try message.message("logId", members: ["keyId"])?.bytes("keyId") ?? []
        let kindVersion = try message.message("kindVersion", members: ["kind", "version"])
        kind = try kindVersion?.string("kind") ?? ""
        version = try kindVersion?.string("version") ?? ""
        // Zero and absent are one in Protocol Buffers.
        integratedTime = try message.count("integratedTime").flatMap { $0 == 0 ? nil : $0 }
        promise = try message.message("inclusionPromise", members: ["signedEntryTimestamp"])?
            .bytes("signedEntryTimestamp").flatMap { $0.isEmpty ? nil : $0 }
        proof = try message.message("inclusionProof", members: InclusionProof.members).map { try InclusionProof($0) }
        body = try message.bytes("canonicalizedBody").flatMap { $0.isEmpty ? nil : $0 }
        guard !logID.isEmpty else { throw ProtoMessageError("\(message.field("logId.keyId")): nothing") }
        guard !kind.isEmpty, !version.isEmpty else { throw ProtoMessageError("\(message.field("kindVersion")): nothing") }
    }
}

extension InclusionProof {
    static let members = ["logIndex", "rootHash", "treeSize", "hashes", "checkpoint"]

    init(_ message: ProtoMessage) throws {
        index = try message.count("logIndex") ?? 0
        treeSize = try message.count("treeSize") ?? 0
        rootHash = try message.bytes("rootHash") ?? []
        hashes = []
        let elements = try message.values("hashes")
        guard elements.count <= BundleLimits.hashes else {
            throw BundleFailure.tooManyHashes(count: elements.count, limit: BundleLimits.hashes)
        }
        for (index, element) in elements.enumerated() {
            guard let text = element.string, let hash = Base64.decode(text) else {
                throw ProtoMessageError("\(message.field("hashes"))[\(index)]: not strict standard base64")
            }
            hashes.append(hash)
        }
        checkpoint = try message.message("checkpoint", members: ["envelope"])?.string("envelope").flatMap { $0.isEmpty ? nil : $0 }
    }
}
