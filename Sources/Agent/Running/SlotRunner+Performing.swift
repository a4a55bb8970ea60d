import GraftAPI
import HTTPCore
import KubeCore
import KubeRuntime
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
        case .verify(let installed): remember(try await verifier.verify(installed, policies: host.policies(), now: surroundings.wallTime()))
        case .stage(let installed):
            guard let verified = verified(installed) else {
                throw SlotFailure(.environment, SlotFailure.missing, "\(installed.revision) was not verified since the start")
            }
            try await driver.stage(verified, from: store)
        case .restore(let installed): try await staged(installed) { try await driver.restore(installed) }
        case .activate(let installed): try await driver.activate(installed)
        case .probe(let installed): return .serving(process: try await driver.probe(installed))
        case .revert(let installed?): try await staged(installed) { try await driver.revert(to: installed) }
        case .revert(nil), .unload: try await driver.revert(to: nil)
        }
        return .done
    }

    /// Does something with a version that was verified and staged once; stages it again when the driver has lost it.
    private func staged(_ installed: InstalledRevision, _ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch let failure as SlotFailure where failure.reason == SlotFailure.missing {
            try await driver.stage(try await verifier.recall(installed), from: store)
            try await body()
        }
    }
}

extension SlotFailure {
    /// Whose an error is. What has not been loaded yet can't be at fault.
    init(_ error: any Error, during action: SlotAction) {
        switch error {
        case let failure as SlotFailure: self = failure
        case let error as FileError:
            self.init(.environment, error.isDiskFull ? "DiskFull" : "DiskFailed", error.description)
        case let error as OCIError:
            self.init(.environment, error.code == .digestMismatch ? "DigestMismatch" : "FetchFailed", error.message)
        case let error as KubeError: self.init(.environment, "RevisionUnavailable", error.message)
        case let error as TransportError: self.init(.environment, "Unreachable", error.message)
        default: self.init(.environment, "Unexpected", "\(error)")
        }
    }
}
