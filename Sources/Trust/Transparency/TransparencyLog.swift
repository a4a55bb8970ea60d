import Crypto
import JSON

/// A transparency log that a trust root names: its key, and when that key counts.
package struct TransparencyLog: Sendable, Hashable {
    /// The log's id as entries carry it, 32 bytes.
    package let id: [UInt8]
    /// Host and port, which is the log's name in its checkpoints.
    package let name: String
    package let key: PublicKey
    package let window: ValidityWindow

    /// Nil when the id is not that of this key: an id is worth what it is computed from. It is the hash of the SubjectPublicKeyInfo, or for
    /// Ed25519 in tiled logs the hash of name and key (C2SP signed-note).
    package init?(id: [UInt8], name: String, key: PublicKey, window: ValidityWindow) {
        let isNoteKey = key.algorithm == .ed25519 && id == NoteVerifier.logID(name: name, ed25519: Array(key.der.suffix(32)))
        guard isNoteKey || id == Array(SHA256.hash(data: key.der)) else { return nil }
        self.id = id
        self.name = name
        self.key = key
        self.window = window
    }

    /// What the log signed about its tree; only a verified note gives one.
    ///
    /// Logs of the first generation sign as `name - tree` under whatever name their host had, so that the hint alone tells the key; those of the
    /// second (tiled) sign as their name, under their name.
    func checkpoint(_ envelope: String, isTiled: Bool) throws(LogFailure) -> Checkpoint {
        do {
            let note = try SignedNote(Array(envelope.utf8))
            let names = try note.verify([NoteVerifier(name: isTiled ? name : nil, hint: Array(id.prefix(4)), key: key)])
            let checkpoint = try Checkpoint(text: note.text)
            guard names.allSatisfy({ isTiled ? checkpoint.origin.isIdentical(to: name) : Self.isTree(checkpoint.origin, of: $0) }) else {
                throw LogFailure.checkpointMismatch("its origin \"\(String(checkpoint.origin.prefix(128)).printable)\" is not the log's")
            }
            return checkpoint
        } catch let failure as LogFailure {
            throw failure
        } catch NoteError.malformed(let why) {
            throw .checkpointMalformed(why)
        } catch NoteError.signatureInvalid {
            throw .checkpointSignature(log: name)
        } catch {
            throw .checkpointUnsigned(log: name)
        }
    }

    private static func isTree(_ origin: String, of signer: String) -> Bool {
        let start = Array("\(signer) - ".utf8)
        let number = Array(origin.utf8).dropFirst(start.count)
        return origin.utf8.starts(with: start) && !number.isEmpty && number.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
    }

    /// Holds when the leaf stands in the tree that the checkpoint is about.
    func verifyInclusion(of body: [UInt8], in entry: LogEntry) throws(LogFailure) {
        guard let proof = entry.proof else { throw .proofMissing }
        let isTiled = entry.isSecondGeneration
        if isTiled, proof.index != entry.index {
            throw .proofMalformed("of the index \(proof.index), where the entry says \(entry.index)")
        }
        var size = proof.treeSize
        var root = proof.rootHash
        if let envelope = proof.checkpoint {
            let checkpoint = try checkpoint(envelope, isTiled: isTiled)
            guard size == 0 || size == checkpoint.size else {
                throw .checkpointMismatch("it signs a tree of \(checkpoint.size), the proof is of one of \(size)")
            }
            guard root.isEmpty || root == checkpoint.root else { throw .checkpointMismatch("it signs another root") }
            (size, root) = (checkpoint.size, checkpoint.root)
        } else if isTiled || entry.promise == nil {
            // A promise says the same by itself; without one, only a signature makes a root worth anything.
            throw .checkpointMissing
        }
        let computed: [UInt8]
        do {
            computed = try MerkleTree.root(
                ofLeafHash: MerkleTree.leafHash(body), index: UInt64(proof.index), size: UInt64(size), path: proof.hashes)
        } catch {
            throw .proofMalformed(error.description)
        }
        guard computed == root else { throw .proofInvalid }
    }
}
