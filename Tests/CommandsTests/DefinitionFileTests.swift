import GraftAPI
import JSON
import Testing
import YAML

@testable import Commands

@Suite("graft crds")
struct DefinitionFileTests {
    private static let directory = #filePath.split(separator: "/").dropLast(3).reduce("") { "\($0)/\($1)" } + "/CRDs"

    @Test(
        "The files in CRDs/ are what the Swift types say; 'graft crds --directory CRDs' writes them anew", arguments: GraftAPI.kinds.indices
    )
    func golden(index: Int) throws {
        let file = DefinitionFile(GraftAPI.kinds[index])
        #expect(try !file.isStale(in: Self.directory), "\(file.name) is out of date")
        #expect(try YAML.document(Array(file.text.utf8)) == GraftAPI.kinds[index].customResourceDefinition)
    }
}
