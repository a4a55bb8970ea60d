import GraftAPI
import KubeCore
import Trust

/// What the status of a TrustRoot says: a function of its content and the time.
enum TrustRootReader {
    static func status(of root: TrustRoot, _ content: RootShelf.Content, now: Timestamp) -> TrustRootStatus {
        var status = root.status
        let name = root.metadata.name
        let taken = root.spec.taken ?? root.metadata.creationTimestamp ?? now
        status.taken = taken
        status.staleAt = root.spec.maximumAgeDays.map { taken + .seconds(86_400 * Int64($0)) }
        let found = read(content)
        switch found {
        case .failure(let problem):
            status.state = .missing
            (status.digest, status.summary, status.authorities) = (nil, "", [])
            set(
                .isFalse, TrustRootStatus.State.missing.rawValue,
                "\(problem.description). What policies accept by this root alone is refused until that is mended.", root, &status, now)
        case .success(let content):
            status.digest = content.digest
            status.summary = summary(of: content)
            status.authorities = windows(of: content)
            let isStale = status.staleAt.map { now >= $0 } ?? false
            status.state = isStale ? .stale : .current
            let days = max(0, (now - taken).components.seconds / 86_400)
            set(
                isStale ? .isFalse : .isTrue, status.state.rawValue,
                isStale
                    ? "TrustRoot \(name) was taken \(days) days ago, spec.maximumAgeDays is \(root.spec.maximumAgeDays ?? 0). It goes on counting; take "
                        + "a new one from its publisher, and set spec.taken."
                    : "It is there\(status.staleAt.map { ", and counts as current until \($0)" } ?? "").", root, &status, now)
        }
        return status
    }

    private static func read(_ content: RootShelf.Content) -> Result<TrustedRoot, Unreadable> {
        switch content {
        case .missing(let why): return .failure(Unreadable(description: why))
        case .bytes(let bytes):
            do { return .success(try TrustedRoot(json: bytes)) } catch { return .failure(Unreadable(description: "\(error)")) }
        }
    }

    private struct Unreadable: Error { var description: String }

    private static func summary(of root: TrustedRoot) -> String {
        [
            (root.certificateAuthorities.count, "certificate authority", "certificate authorities"), (root.logs.count, "log", "logs"),
            (root.certificateLogs.count, "certificate log", "certificate logs"),
            (root.timestampAuthorities.count, "time-stamp authority", "time-stamp authorities"),
        ].filter { $0.0 > 0 }.map { "\($0.0) \($0.0 == 1 ? $0.1 : $0.2)" }.joined(separator: ", ")
    }

    /// Those that end first come first: they are what has to be replaced.
    private static func windows(of root: TrustedRoot) -> [TrustRootWindow] {
        func windows<Authority>(
            _ kind: TrustRootWindow.Kind, _ authorities: [Authority], _ name: (Authority) -> String, _ window: (Authority) -> ValidityWindow
        ) -> [TrustRootWindow] {
            authorities.map { authority in
                TrustRootWindow(
                    kind, name: String(name(authority).prefix(253)), start: Timestamp(seconds: window(authority).start.seconds),
                    end: window(authority).end.map { Timestamp(seconds: $0.seconds) })
            }
        }
        let all =
            windows(.certificateAuthority, root.certificateAuthorities, \.name, \.window) + windows(.log, root.logs, \.name, \.window)
            + windows(.certificateLog, root.certificateLogs, \.name, \.window)
            + windows(.timestampAuthority, root.timestampAuthorities, \.name, \.window)
        let never = Timestamp(microseconds: .max)
        return Array(
            all.enumerated().sorted { ($0.element.end ?? never, $0.offset) < ($1.element.end ?? never, $1.offset) }.map(\.element)
                .prefix(TrustRootStatus.authorityLimit))
    }

    private static func set(
        _ value: Condition.Status, _ reason: String, _ message: String, _ root: TrustRoot, _ status: inout TrustRootStatus, _ now: Timestamp
    ) {
        status.conditions.set(
            Condition(
                type: "Current", status: value, reason: reason, message: message, observedGeneration: root.metadata.generation,
                lastTransitionTime: now.wholeSeconds))
    }
}
