import Compatibility
import GraftAPI
import JSON
import KubeCore
import OCI
import Rollout
import Trust
import Verification

/// Looks up, verifies and judges what a deployment asks for. Policies are asked before any address is.
struct ModuleResolver: Sendable {
    let artifacts: any ArtifactLocator
    /// How long kept verdicts are believed goes by it.
    let monotonic: @Sendable () -> Duration
    private let verdicts = VerdictCache()

    init(artifacts: any ArtifactLocator, monotonic: @escaping @Sendable () -> Duration) {
        self.artifacts = artifacts
        self.monotonic = monotonic
    }

    /// What is wrong with a spec that no schema can say.
    static func check(_ deployment: ModuleDeployment) -> Refusal? {
        let name = deployment.metadata.name
        if name.utf8.count > ModuleDeployment.longestName {
            return Refusal(
                .ready, reason: "NameTooLong",
                message:
                    "metadata.name: found \(name.utf8.count) characters, wanted at most \(ModuleDeployment.longestName), so that revisions can be named after it; "
                    + "create the deployment anew under a shorter name.")
        }
        if let config = deployment.spec.config {
            let size = config.bytes().count
            if size > ModuleDescriptor.configSizeLimit {
                return Refusal(
                    .compatible, reason: "ConfigTooLarge",
                    message:
                        "spec.config: found \(size) bytes, wanted at most \(ModuleDescriptor.configSizeLimit); put large data into the module."
                )
            }
        }
        return nil
    }

    /// Class and slot never change: an API server that interprets our rules refuses it, and what another lets through is not followed.
    /// Sets both back to those of the plan.
    /// - Returns: why the deployment is refused when it asked for others.
    static func keepPlace(of deployment: inout ModuleDeployment, _ plan: ModulePlan?) -> Refusal? {
        guard let plan = plan?.spec else { return nil }
        let asked = deployment.spec
        (deployment.spec.hostClass, deployment.spec.slot) = (plan.hostClass, plan.slot)
        for (field, found, wanted) in [("class", asked.hostClass, plan.hostClass), ("slot", asked.slot, plan.slot)] where found != wanted {
            return Refusal(
                .ready, reason: "ImmutableField",
                message: "spec.\(field): found \"\(found)\", wanted \"\(wanted)\", with which it was made; "
                    + "set it back, or delete the deployment and create it anew.")
        }
        return nil
    }

    static func reference(of deployment: ModuleDeployment) throws(Refusal) -> Reference {
        do {
            let reference = try Reference(parsing: deployment.spec.module)
            guard reference.artifact != nil else {
                throw Refusal(
                    .ready, reason: "InvalidReference",
                    message:
                        "spec.module: \(deployment.spec.module) has neither tag nor digest; add one, as in \(deployment.spec.module):1.0.0."
                )
            }
            return reference
        } catch let refusal as Refusal {
            throw refusal
        } catch {
            throw Refusal(
                .ready, reason: "InvalidReference", message: "spec.module: \(error); wanted registry/repository:tag or @sha256:….")
        }
    }

    static func delivery(of deployment: ModuleDeployment, _ repository: String) -> Delivery {
        Delivery(
            namespace: deployment.metadata.namespace ?? "", class: deployment.spec.hostClass, slot: deployment.spec.slot,
            repository: repository)
    }

    /// - Parameters:
    ///   - known: the digest that the reference had before; it is kept, and no registry is asked for it.
    ///   - now: signatures of some kinds run out.
    func resolve(
        _ deployment: ModuleDeployment, policies: PolicySet, known: Digest?, now: Timestamp
    ) async throws(Refusal) -> ResolvedModule {
        let reference = try Self.reference(of: deployment)
        let delivery = Self.delivery(of: deployment, reference.canonicalName)
        let tenancy = policies.tenancy(delivery)
        if let failure = tenancy.failure { throw .verification(failure) }
        do {
            let source = artifacts.source(of: reference)
            let digest = if let known { known } else { try await source.resolve(reference.artifact!).digest }
            let signatures = try await SignatureManifest.fetch(of: digest, from: source)
            let occasion = try await Occasion.find(of: digest, in: source, for: tenancy, now: now)
            let judgement = try await verdicts.judge(
                policies, delivery, digest: digest.description, signatures: signatures, on: occasion, now: monotonic())
            if let failure = judgement.failure { throw Refusal.verification(failure, judgement, "\(deployment.spec.module) (\(digest))") }
            let artifact = try await ModuleArtifact.find(.digest(digest), in: source)
            let json = try await artifact.descriptor(from: source)
            let descriptor = try Self.descriptor(json, deployment.spec.module)
            let verdict = descriptor.judge(slot: deployment.spec.slot, config: deployment.spec.config)
            if !verdict.isCompatible {
                throw Refusal(
                    .compatible, reason: verdict.reasons.first?.aspect.rawValue ?? "Incompatible",
                    message: "\(deployment.spec.module) does not fit: \(verdict)")
            }
            return ResolvedModule(
                source: deployment.spec.module, digest: digest, descriptorJSON: json, descriptor: descriptor,
                signatures: Self.pins(signatures.map(\.digest), judgement), judgement: judgement)
        } catch let refusal as Refusal {
            throw refusal
        } catch let error as OCIError {
            throw .registry(error, deployment.spec.module)
        } catch {
            throw Refusal(.ready, reason: "ResolutionFailed", message: "\(deployment.spec.module): \(error)")
        }
    }

    /// Manifests that a revision pins: those that gave evidence first, since there may be many that others attached.
    private static func pins(_ manifests: [String], _ judgement: Judgement) -> [String] {
        let used = Set(judgement.evidence.map(\.manifestDigest))
        return Array((manifests.filter(used.contains) + manifests.filter { !used.contains($0) }).prefix(ModuleRevisionSpec.signatureLimit))
    }

    private static func descriptor(_ json: JSON, _ module: String) throws(Refusal) -> ModuleDescriptor {
        do { return try ModuleDescriptor(from: json) } catch {
            throw Refusal(
                .compatible, reason: "DescriptorInvalid", message: "\(module): the module descriptor: \(error); push the module anew.")
        }
    }
}

extension Refusal {
    static func verification(_ failure: VerificationFailure, _ judgement: Judgement? = nil, _ subject: String? = nil) -> Refusal {
        Refusal(
            .verified, reason: failure.name.first.map { $0.uppercased() + failure.name.dropFirst() } ?? "VerificationFailed",
            message: (subject.map { "\($0): " } ?? "") + (judgement?.message ?? failure.description))
    }

    static func registry(_ error: OCIError, _ module: String) -> Refusal {
        let code = error.code.description
        // Most errors name the reference already.
        let message = error.message.hasPrefix(module) ? error.message : "\(module): \(error)"
        return Refusal(.ready, reason: "Registry" + (code.first.map { $0.uppercased() + code.dropFirst() } ?? ""), message: message)
    }
}
