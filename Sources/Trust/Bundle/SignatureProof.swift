/// A signature and the proofs that stand beside it, whichever way they were delivered: in a bundle or in annotations.
struct SignatureProof: Sendable {
    var signature: [UInt8]
    /// What time stamps are made over.
    var timestamped: [UInt8]
    var logEntries: [LogEntry]
    /// TimeStampResp in DER.
    var timestamps: [[UInt8]]
}

/// The times that are established, each by someone the root names.
struct EstablishedTimes: Sendable {
    var times: [BundleEvidence.Time] = []
    /// Why time stamps don't count.
    var rejected: [String] = []
    /// The time of each log entry that has a promise, by the entry's place.
    var integrated: [Int: Moment] = [:]

    var moments: [Moment] { times.map(\.time) }
}

extension BundleVerifier {
    /// Verifies promises and time stamps. A promise that doesn't hold fails everything; a time stamp that doesn't is not counted.
    func establishTimes(of proof: SignatureProof) throws(VerificationFailure) -> EstablishedTimes {
        var established = EstablishedTimes()
        for response in proof.timestamps {
            do {
                established.times.append(try time(stampedBy: response, over: proof.timestamped))
            } catch {
                established.rejected.append("\(error.name): \(error)")
            }
        }
        for (index, entry) in proof.logEntries.enumerated() {
            let log = try logs(of: entry)[0]
            guard entry.promise != nil, !entry.isSecondGeneration else { continue }
            do {
                let time = Moment(seconds: try SignedEntryTimestamp.verifiedTime(of: entry, by: log.key))
                established.integrated[index] = time
                established.times.append(.init(time: time, source: .log(log.name)))
            } catch {
                throw .log(error)
            }
        }
        return established
    }

    /// The root's logs of the entry's id; at least one. Several differ in their windows alone, the id being that of the key.
    func logs(of entry: LogEntry) throws(VerificationFailure) -> [TransparencyLog] {
        let logs = root.logs.filter { $0.id == entry.logID }
        guard !logs.isEmpty else { throw .log(.logUnknown(id: ContentDigest.hexadecimal(entry.logID.prefix(32)))) }
        return logs
    }

    /// The time that an authority of the root stamped. Each authority is asked by itself: none lends another its window or chain.
    private func time(stampedBy response: [UInt8], over stamped: [UInt8]) throws(TimestampFailure) -> BundleEvidence.Time {
        let token = try TimestampToken(response: response)
        var failures: [TimestampFailure] = []
        for authority in root.timestampAuthorities {
            do {
                let verified = try authority.verify(token, over: stamped)
                return .init(time: verified.time, source: .timestampAuthority(verified.authority))
            } catch {
                failures.append(error)
            }
        }
        // That it is by none of the others is no news.
        throw failures.first { $0.name != "tsaSigner" } ?? failures.first ?? .signer("the TrustRoot names no time-stamp authority")
    }

    /// Verifies that the log holds each entry, and that each is of this signature. Gives where they stand, and the hash that they say was
    /// signed, if any says.
    func verifyLogEntries(
        _ entries: [LogEntry], of subject: SignatureSubject, times: EstablishedTimes
    ) throws(VerificationFailure) -> (places: [BundleEvidence.LogPlace], digest: DigestAlgorithm?) {
        var places: [BundleEvidence.LogPlace] = []
        var digests: Set<DigestAlgorithm> = []
        for (index, entry) in entries.enumerated() {
            let moments = times.integrated[index].map { [$0] } ?? times.moments
            let logs = try logs(of: entry)
            guard !moments.isEmpty, let log = logs.first(where: { log in moments.allSatisfy(log.window.contains) }) else {
                throw .log(.logWindow(log: logs[0].name))
            }
            do {
                if entry.isSecondGeneration {
                    digests.insert(try Self.verifyTiled(entry, in: log, of: subject))
                } else {
                    guard let body = entry.body else { throw LogFailure.entryMalformed("no canonicalizedBody") }
                    if entry.proof != nil || entry.promise == nil { try log.verifyInclusion(of: body, in: entry) }
                    if let digest = try entry.tie(to: subject) { digests.insert(digest) }
                }
            } catch let failure as LogFailure {
                throw .log(failure)
            } catch let failure as BundleFailure {
                throw .bundle(failure)
            } catch {
                throw .log(.entryMalformed("\(error)"))
            }
            places.append(.init(log: log.name, logID: ContentDigest.hexadecimal(log.id), index: entry.index))
        }
        guard digests.count <= 1 else { throw .log(.entryMismatch(.digest)) }
        return (places, digests.first)
    }

    /// The leaf is computed from the bundle; what the entry brings along as body must be that and nothing else.
    private static func verifyTiled(
        _ entry: LogEntry, in log: TransparencyLog, of subject: SignatureSubject
    ) throws -> DigestAlgorithm {
        guard subject.key.algorithm != .ed25519 else {
            throw BundleFailure.algorithmUnsupported("Ed25519ph, with which alone Ed25519 keys sign for hashedrekord entries")
        }
        let leaves = subject.digestAlgorithms.compactMap { algorithm -> (DigestAlgorithm, [UInt8])? in
            guard let digest = subject.digest(algorithm),
                let details = CanonicalEntry.keyDetails(subject.key.algorithm, algorithm)
            else { return nil }
            return (algorithm, CanonicalEntry.bytes(of: subject, digest: digest, keyDetails: details))
        }
        if let body = entry.body {
            try log.verifyInclusion(of: body, in: entry)
            guard let leaf = leaves.first(where: { $0.1 == body }) else { throw CanonicalEntry.difference(of: body, from: subject) }
            return leaf.0
        }
        for leaf in leaves.dropLast() where (try? log.verifyInclusion(of: leaf.1, in: entry)) != nil { return leaf.0 }
        guard let last = leaves.last else { throw LogFailure.entryMismatch(.digest) }
        try log.verifyInclusion(of: last.1, in: entry)
        return last.0
    }
}
