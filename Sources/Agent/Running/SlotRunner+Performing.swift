import GraftAPI
import HTTPCore
import KubeCore
import KubeRuntime
import Logging
import OCI

extension SlotRunner {
    /// Does one thing. May throw anything; `SlotFailure.init(_:during:)` says whose it is.
    func perform(_ action: SlotAction) async throws -> SlotOutcome {
        switch action {
        case .wait: break
        case .fetch(let reference, let namespace):
            let revision = try await host.sources.revision(ObjectKey(namespace: namespace, name: reference.revision))
            return .fetched(
                try await fetcher.fetch(
                    revision, wanted: reference, hostClass: host.configuration.hostClass, slot: slot, policies: host.policies()))
        case .verify(let installed):
            // Taken before the policies are: when they change in between, it is verified again.
            let stamp = host.policyStamp
            let verified = try await verifier.verify(installed, policies: host.policies(), now: surroundings.wallTime())
            remember(verified)
            host.neighbours.note(verified.descriptor, of: installed)
            host.board.note(TrustFinding(.trusted, evidenceHash: verified.evidenceHash, stamp: stamp), about: installed)
            return .verified(evidenceHash: verified.evidenceHash, stamp: stamp)
        case .stage(let installed):
            guard let verified = verified(installed) else {
                throw SlotFailure(.environment, SlotFailure.missing, "\(installed.revision) was not verified since the start")
            }
            try await driver.stage(verified, from: store)
        case .restore(let installed):
            if !host.neighbours.isKnown(installed) {
                host.neighbours.note(await verifier.descriptor(of: installed), of: installed)
                host.wakeAll()
            }
            return .restored(mended: try await restore(installed))
        case .activate(let installed): try await driver.mending(installed, verifier, store) { try await driver.activate(installed) }
        case .reload(let installed):
            // Verified before it was begun; after a start, and once written down, that is not asked again.
            try await driver.mending(installed, verifier, store) {
                let known = verified(installed)
                let revision = if let known { known } else { try await verifier.recall(installed) }
                try await driver.reload(revision, from: store)
            }
        case .route(let canary, let active):
            return .restored(
                mended: try await driver.mending(active, verifier, store) {
                    try await driver.mending(canary.installed, verifier, store) { try await driver.route(canary, beside: active) }
                })
        case .probe(let installed): return .serving(process: try await driver.probe(installed))
        case .revert(let installed?): try await driver.mending(installed, verifier, store) { try await driver.revert(to: installed) }
        case .revert(nil), .unload: try await driver.revert(to: nil)
        }
        return .done
    }

    /// What is in place already, and can't be checked since its proofs are gone from the store, stays: absence never unloads.
    private func restore(_ installed: InstalledRevision) async throws -> String? {
        do {
            let isDivided = isDivided
            return try await driver.mending(installed, verifier, store) { try await driver.restore(installed, isDivided: isDivided) }
        } catch let failure as SlotFailure where failure.reason == SlotFailure.missing {
            guard await driver.isInPlace(installed) else { throw failure }
            try Task.checkCancellation()
            logger.warning("what is in place can't be checked", metadata: ["error": "\(failure.message)"])
            return nil
        }
    }
}

extension Result<SlotOutcome, SlotFailure> {
    /// What somebody else had changed; nil when nothing was.
    var tampering: String? {
        switch self {
        case .success(.restored(let mended)): mended
        case .failure(let failure) where failure.reason == SlotFailure.tampered: failure.message
        case .success, .failure: nil
        }
    }
}

extension SlotFailure {
    /// Whose an error is. What has not been loaded yet can't be at fault.
    init(_ error: any Error, during action: SlotAction) {
        switch error {
        case let failure as SlotFailure: self = failure
        case let error as FileError:
            self.init(.environment, error.isDiskFull ? SlotFailure.diskFull : "DiskFailed", error.description)
        case let error as OCIError:
            self.init(.environment, error.code == .digestMismatch ? "DigestMismatch" : "FetchFailed", error.message)
        case let error as KubeError: self.init(.environment, "RevisionUnavailable", error.message)
        case let error as TransportError: self.init(.environment, "Unreachable", error.message)
        default: self.init(.environment, "Unexpected", "\(error)")
        }
    }
}
