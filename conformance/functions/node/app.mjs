// A function before tokens, as one writes it for Cognito and Lambda.
export const handler = async (event, context) => {
  event.response = {
    claimsAndScopeOverrideDetails: {
      idTokenGeneration: { claimsToAddOrOverride: { written_in: "Node.js" } },
      accessTokenGeneration: {
        claimsToAddOrOverride: { function: context.functionName },
        scopesToAdd: ["pages/read"],
      },
    },
  };
  return event;
};
