import GraftAPI
import JSON
import KubeCore
import Testing

@testable import Controllers

@Suite("What stores hold nothing of")
struct StoreTrimmingTests {
    private func revision(_ name: String, _ descriptor: JSON) -> ModuleRevision {
        var spec = ModuleRevisionSpec()
        (spec.number, spec.config, spec.configHash, spec.descriptor) = (3, ["a": 1], "hash", descriptor)
        return ModuleRevision(metadata: ObjectMeta(name: name, annotations: [StoreTrimming.lastApplied: "{}", "kept": "yes"]), spec: spec)
    }

    @Test func `a revision keeps all but its configuration and its manifest's copy`() {
        let descriptors = StoreTrimming.Descriptors()
        var (revision, whole) = (revision("a", ["name": "filter"]), revision("a", ["name": "filter"]))
        StoreTrimming.trim(&revision, sharing: descriptors)
        whole.spec.config = nil
        whole.metadata.annotations = ["kept": "yes"]
        #expect(revision.spec == whole.spec && revision.metadata == whole.metadata)
    }

    @Test func `equal descriptors are shared, others are not, and only so many are remembered`() {
        let descriptors = StoreTrimming.Descriptors()
        for number in 0..<2000 {
            let descriptor: JSON = ["name": "filter", "version": .string("1.0.\(number / 2)")]
            #expect(descriptors.shared(descriptor) == descriptor)
        }
        #expect(descriptors.count <= 256)
    }

    @Test func `descriptors that were read are kept for those in use lately alone`() throws {
        let cache = DescriptorCache()
        for number in 0..<1000 {
            let json: JSON = [
                "name": "filter", "version": .string("1.0.\(number)"), "slot": "net/filter", "contract": "edge/3",
            ]
            #expect(cache.descriptor(of: revision("r-\(number)", json)) != nil)
        }
        #expect(cache.count <= 128)
        #expect(cache.descriptor(of: revision("bad", ["name": "filter"])) == nil)
    }
}
